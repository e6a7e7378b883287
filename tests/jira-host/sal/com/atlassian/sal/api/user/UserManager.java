// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.user;

/** A stand-in of SAL's type, with more methods than the app was compiled against, as Jira's has. */
public interface UserManager {
    String getRemoteUsername();

    UserKey getRemoteUserKey();

    boolean isAdmin(UserKey user);

    boolean isSystemAdmin(UserKey user);

    boolean isLicensed(UserKey user);
}
