package templates

import "bytes"

// LockGuide is how an application that shows Lock in a page of its own gets the phone field, in Markdown. It is the same
// under all answers: those are in lock/additional-sign-up-fields.js.
func LockGuide() []byte {
	var b bytes.Buffer
	b.WriteString(`## Lock in a page of your own

Auth0's SDKs for React, Vue and others send people to the tenant's login page: with phonegate's there is nothing to do
in the application. Only an application that shows Lock in a page of its own adds the field itself:

` + "```html" + `
<script src="additional-sign-up-fields.js"></script>
<script>
  const additionalSignUpFields = phonegateSignUpFields;
  new Auth0Lock(clientId, domain, { additionalSignUpFields }).show();
</script>
` + "```" + `

Lock sends the number to ` + "`user_metadata.phone_number`" + `, where the Action reads it.
`)
	for _, s := range [][3]string{{"React", "jsx", "lock/embed.jsx"}, {"Vue", "vue", "lock/embed.vue"}} {
		b.WriteString("\n" + s[0] + ", with `npm install auth0-lock`:\n\n```" + s[1] + "\n")
		b.Write(source(s[2]))
		b.WriteString("```\n")
	}
	return b.Bytes()
}
