//! How much memory there is for this process: what the machine, its control group and its own limits allow.

use std::fs;
use std::thread::available_parallelism;

/// The address space that the usual allocator of Linux takes for the heap of a thread, used or not.
const THREAD_HEAP: usize = 64 << 20;

/// The memory that this process can use, in bytes; `None` where the system does not say.
pub fn available() -> Option<usize> {
    // What takes long runs in threads of its own, at most one a core, most of which start later.
    let later = available_parallelism().map_or(1, usize::from);
    available_by(|path| fs::read_to_string(path).ok(), later)
}

/// The same, from the system's files as `read` returns them, if so many threads start later.
fn available_by(read: impl Fn(&str) -> Option<String>, later: usize) -> Option<usize> {
    let number = |file: &str, name: &str| {
        let text = read(file)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        kibibytes(line)
    };
    let machine = number("/proc/meminfo", "MemTotal:");
    // Much of an address space is taken without being used, for the heaps and stacks of threads.
    let mapped = number("/proc/self/status", "VmSize:").unwrap_or(0) + later * THREAD_HEAP;
    let limits = read("/proc/self/limits").unwrap_or_default();
    let own = [("Max address space", mapped), ("Max data size", 0)].map(|(name, taken)| {
        // The soft limit is the first number; "unlimited" is none.
        let limit = limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?;
        limit.parse::<usize>().ok().map(|limit| limit.saturating_sub(taken))
    });
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let groups = groups.lines().flat_map(limit_files).filter_map(|file| read(&file)?.trim().parse().ok());
    machine.into_iter().chain(own.into_iter().flatten()).chain(groups).min()
}

/// The number of a line such as `24684212 kB`, in bytes.
fn kibibytes(text: &str) -> Option<usize> {
    text.trim().strip_suffix("kB")?.trim_end().parse::<usize>().ok()?.checked_mul(1 << 10)
}

/// The files that limit the memory of a control group and of those above it. A container may see only the topmost.
fn limit_files(group: &str) -> Vec<String> {
    let mut parts = group.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { return Vec::new() };
    let (root, file) = match controllers {
        "" => ("/sys/fs/cgroup", "memory.max"),
        _ if controllers.split(',').any(|name| name == "memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        _ => return Vec::new(),
    };
    let ends = path.match_indices('/').map(|(end, _)| end).filter(|end| *end > 0).chain([0, path.len()]);
    ends.map(|end| format!("{root}{}/{file}", path[..end].trim_end_matches('/'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_all_limits_counts() {
        let available = |files: &[(&str, &str)]| {
            let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
            available_by(read, 2)
        };
        let machine = ("/proc/meminfo", "MemFree: 12 kB\nMemTotal:       24684212 kB\n");
        let free = ("/proc/self/limits", "Max address space         unlimited            unlimited            bytes\n");
        assert_eq!(available(&[]), None);
        assert_eq!(available(&[machine, free]), Some(24_684_212 << 10));
        let bounded = (
            "/proc/self/limits",
            "Limit  Soft Limit\nMax address space         1073741824           unlimited            bytes\n",
        );
        assert_eq!(available(&[machine, bounded]), Some((1 << 30) - 2 * THREAD_HEAP));
        let mapped = ("/proc/self/status", "VmPeak: 9 kB\nVmSize:\t  24576 kB\n");
        assert_eq!(available(&[machine, bounded, mapped]), Some((1000 << 20) - 2 * THREAD_HEAP));
        let group = ("/proc/self/cgroup", "0::/a.slice/b\n");
        let unlimited = ("/sys/fs/cgroup/a.slice/b/memory.max", "max\n");
        assert_eq!(available(&[machine, group, unlimited]), Some(24_684_212 << 10));
        let above = ("/sys/fs/cgroup/a.slice/memory.max", "536870912\n");
        assert_eq!(available(&[machine, free, group, unlimited, above]), Some(512 << 20));
        let container = [machine, ("/proc/self/cgroup", "0::/\n"), ("/sys/fs/cgroup/memory.max", "134217728\n")];
        assert_eq!(available(&container), Some(128 << 20));
        let old = [
            machine,
            ("/proc/self/cgroup", "5:cpu:/x\n4:memory:/docker/1\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n"),
        ];
        assert_eq!(available(&old), Some(256 << 20));
    }
}
