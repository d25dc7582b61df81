// An application as the documentation of @zitadel/react shows it.
import { createZitadelAuth } from '@zitadel/react';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

const zitadel = createZitadelAuth({
  authority: window.ISSUER,
  client_id: 'zitadel-spa',
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  project_resource_id: '69629023906488500',
});
window.zitadel = zitadel;

function App() {
  const [user, setUser] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    const arriving = location.pathname === '/callback' ? zitadel.userManager.signinRedirectCallback() : zitadel.userManager.getUser();
    arriving.then(setUser, setError);
  }, []);
  const renew = () => zitadel.userManager.signinSilent().then(setUser, setError);
  if (error) return <p role="alert">{`${error.name}: ${error.error ?? error.message}`}</p>;
  if (!user) return <button onClick={() => zitadel.authorize()}>Sign in with ZITADEL</button>;
  return (
    <main>
      <h1>{user.profile.name}</h1>
      <p>Roles: {Object.keys(user.profile['urn:zitadel:iam:org:project:roles'] ?? {}).join(', ')}</p>
      <output>{user.access_token}</output>
      <button onClick={renew}>Renew</button>
      <button onClick={() => zitadel.signout()}>Sign out</button>
    </main>
  );
}

// Silent renewal comes back in a frame, where nothing is shown.
if (window.parent === window) createRoot(document.body.appendChild(document.createElement('div'))).render(<App />);
else zitadel.userManager.signinSilentCallback();
