"""Prints the Homebrew formula of a release: `formula.py VERSION REPOSITORY SHA256SUMS`."""

import sys

version, repository, sums = sys.argv[1:]
checksums = {}
for line in open(sums, encoding="utf-8"):
    digest, name = line.split()
    checksums[name] = digest

# Homebrew's name of a system, of a processor, and ours of both.
TARGETS = [
    ("macos", "arm", "aarch64-apple-darwin"),
    ("macos", "intel", "x86_64-apple-darwin"),
    ("linux", "arm", "aarch64-unknown-linux-gnu"),
    ("linux", "intel", "x86_64-unknown-linux-gnu"),
]

print(f'''class Fauxidp < Formula
  desc "Stand-in for MonoCloud, ZITADEL and jitsudo, for tests"
  homepage "{repository}"
  version "{version}"
  license any_of: ["MIT", "Apache-2.0"]
''')
for system in ["macos", "linux"]:
    blocks = []
    for _, processor, target in (row for row in TARGETS if row[0] == system):
        name = f"fauxidp-{version}-{target}.tar.gz"
        if name in checksums:
            blocks.append(f'''    on_{processor} do
      url "{repository}/releases/download/v{version}/{name}"
      sha256 "{checksums[name]}"
    end''')
    if blocks:
        print(f"  on_{system} do\n" + "\n".join(blocks) + "\n  end\n")
print('''  def install
    bin.install "fauxidp"
    man1.install "fauxidp.1"
    bash_completion.install "completions/fauxidp.bash" => "fauxidp"
    zsh_completion.install "completions/fauxidp.zsh" => "_fauxidp"
    fish_completion.install "completions/fauxidp.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/fauxidp --version")
  end
end''')
