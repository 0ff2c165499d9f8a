package app

// signIn fills what somebody signs in with: passkeys, an app, codes, another
// sign-in, the device.
func (c *town) signIn() {
	c.t.Helper()
	c.person("signs in", "", "") // whom columns for nobody point to
	owner, other := c.actors["owner"].Person, c.actors["signs in"].Person
	c.exec(`UPDATE sessions SET device = 'kanaridevice0' WHERE person_id = $1`, owner)
	c.exec(`UPDATE one_time_tokens SET code_hash = 'kanaritokencode0kanaritokencode0'::bytea WHERE token_hash = (SELECT token_hash FROM one_time_tokens LIMIT 1)`)
	c.exec(`INSERT INTO passkeys (credential_id, id, person_id, name, credential, created_at, used_at) VALUES
		('kanaricredentialid0kanari'::bytea, gen_random_uuid(), $1, 'kanaripasskey0', '{"id": "a2FuYXJp", "publicKey": "a2FuYXJp", "sign": "kanaripublickey0"}', '2031-09-10 12:00Z', '2031-10-11 12:00Z')`, owner)
	c.exec(`INSERT INTO passkey_challenges (id, person_id, data, expires_at) VALUES
		(gen_random_uuid(), $1, '{"challenge": "kanarichallenge0"}', mitwirk_now() + interval '5 minutes')`, other)
	c.exec(`INSERT INTO totp (person_id, secret, pending, confirmed_at) VALUES ($1, 'KANARISECRET2', 'KANARIPENDING2', '2031-11-12 12:00Z')`, owner)
	c.exec(`INSERT INTO recovery_codes (person_id, code_hash) VALUES ($1, 'kanarirecovery0kanarirecovery0ka'::bytea)`, other)
	c.exec(`INSERT INTO identities (issuer, sub, provider, person_id) VALUES ('https://id.beispiel.example', 'kanarisub0', 'kanariprovider0', $1)`, owner)
	c.params["provider"] = []string{"bundid"}
}
