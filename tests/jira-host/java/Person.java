// SPDX-License-Identifier: Apache-2.0
import java.util.Locale;

/** One who can log in. The token is what stands behind the session before the simulator; no page ever sees it. */
record Person(String key, String name, String password, String token, Locale locale, boolean admin) {
    /** KEY:NAME:PASSWORD:TOKEN:LANGUAGE:user|admin */
    static Person of(String words) {
        String[] word = words.split(":");
        return new Person(word[0], word[1], word[2], word[3], Locale.forLanguageTag(word[4]), word[5].equals("admin"));
    }
}
