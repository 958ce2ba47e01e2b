/*
 * What kind of character one is.
 */
#include "base/letter.h"

#include <unictype.h>
#include <uninorm.h>

bool letter_is(uint32_t character)
{
	return uc_is_general_category(character, UC_LETTER);
}

bool letter_starts_name(uint32_t character)
{
	return uc_is_property_uppercase(character) ||
	       uc_is_general_category(character, UC_TITLECASE_LETTER) ||
	       uc_is_general_category(character, UC_OTHER_LETTER);
}

char letter_plain(uint32_t character)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

	if (character < 0x80)
		return (char)character;
	if (uc_is_general_category(character, UC_SEPARATOR) ||
		uc_is_general_category(character, UC_DASH_PUNCTUATION))
		return ' ';
	/* "é" is "e" and a mark. */
	if (uc_canonical_decomposition(character, parts) < 1 || parts[0] >= 0x80)
		return 0;
	return (char)parts[0];
}
