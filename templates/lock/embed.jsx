import { useEffect } from 'react';
import { Auth0Lock } from 'auth0-lock';
import './additional-sign-up-fields.js'; // sets phonegateSignUpFields

export function Login({ clientId, domain, redirectUrl }) {
  useEffect(() => {
    const lock = new Auth0Lock(clientId, domain, {
      container: 'lock',
      additionalSignUpFields: globalThis.phonegateSignUpFields,
      auth: { redirectUrl, responseType: 'code' },
    });
    lock.show();
    return () => lock.destroy();
  }, [clientId, domain, redirectUrl]);
  return <div id="lock" />;
}
