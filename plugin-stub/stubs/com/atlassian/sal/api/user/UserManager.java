// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.user;

/** Compile-only: the signatures that are used, as Atlassian's Javadoc of SAL gives them. Not part of the jar. */
public interface UserManager {
    UserKey getRemoteUserKey();

    boolean isSystemAdmin(UserKey user);
}
