/*
 * What RFC 8463's appendix A gives to try DKIM with.
 */
#include "support/dkimcase.h"

#include "support/test.h"

#include "mail/codec.h"

const char dkimcase_rsa_pem[] = "-----BEGIN RSA PRIVATE KEY-----\n"
				"MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi\n"
				"Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM\n"
				"KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\n"
				"AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm\n"
				"6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe\n"
				"zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy\n"
				"6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc\n"
				"uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy\n"
				"WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd\n"
				"WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a\n"
				"licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst\n"
				"o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe\n"
				"uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL\n"
				"-----END RSA PRIVATE KEY-----\n";

const char dkimcase_ed25519_pem[] = "-----BEGIN PRIVATE KEY-----\n"
				    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
				    "-----END PRIVATE KEY-----\n";

const char dkimcase_rsa_public[] = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6"
				   "Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/"
				   "e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G"
				   "+2kryOTIKT+l/K4w3QIDAQAB";

const char dkimcase_ed25519_public[] = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const char dkimcase_head[] = "From: Joe SixPack <joe@football.example.com>\r\n"
			     "To: Suzie Q <suzie@shopping.example.net>\r\n"
			     "Subject: Is dinner ready?\r\n"
			     "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
			     "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";

const char dkimcase_body[] = "Hi.\r\n"
			     "\r\n"
			     "We lost the game.  Are you hungry yet?\r\n"
			     "\r\n"
			     "Joe.\r\n"
			     "\r\n";

const char dkimcase_body_hash[] = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";

struct dkim_key *dkimcase_key(const char *pem)
{
	struct dkim_key *key = NULL;

	assert_int_equal(dkim_key_parse(span_of(pem), &key, NULL), OK);
	return key;
}

char *dkimcase_hash(struct span bytes)
{
	struct dkim_body *body = dkim_body_new();
	unsigned char digest[DKIM_DIGEST_SIZE];
	struct str out;

	dkim_body_begin(body);
	dkim_body_add(body, bytes);
	dkim_body_end(body, digest);
	dkim_body_free(body);
	str_init(&out, STR_MAX_SMALL);
	codec_base64_token(span_bytes(digest, sizeof(digest)), &out);
	return out.ptr;
}
