// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.user;

/** Compile-only: the signatures that are used, as Atlassian's Javadoc of SAL gives them. Not part of the jar. */
public final class UserKey implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
    private final String value;

    public UserKey(String value) {
        this.value = value;
    }

    public String getStringValue() {
        return value;
    }
}
