// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.user;

/** A stand-in of SAL's type, with more methods than the app was compiled against, as Jira's has. */
public final class UserKey implements java.io.Serializable {
    private static final long serialVersionUID = 2L;
    private final String value;

    public UserKey(String value) {
        this.value = value;
    }

    public String getStringValue() {
        return value;
    }

    public static UserKey fromLong(long id) {
        return new UserKey(Long.toString(id));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UserKey && ((UserKey) other).value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
