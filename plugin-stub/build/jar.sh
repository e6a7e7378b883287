#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds one of the two jars out of tree: jakarta (Jira 11) or javax (Jira 10), from the same sources.
#   sh jar.sh jakarta|javax SOURCE-FOLDER WORK-FOLDER VERSION JAR
# JAVA_LIBS names the folder with the API jars (default /usr/share/java); JAVAC and JAVA the programs.
set -eu
kind=$1 source=$2 work=$3 version=$4 jar=$5
libs=${JAVA_LIBS:-/usr/share/java}
case $kind in
jakarta) api=$libs/jakarta-servlet-api.jar rename='s/javax\.servlet/jakarta.servlet/g' ;;
javax) api=$libs/servlet-api.jar rename= ;;
*) echo "jar.sh: jakarta or javax?" >&2; exit 64 ;;
esac

rm -rf "$work"
mkdir -p "$work/src" "$work/host" "$work/jar/META-INF"
cp -R "$source/java" "$source/stubs" "$work/src"
cp -R "$source/resources/." "$work/jar"
chmod -R u+w "$work"
find "$work/src" "$work/jar/META-INF" -type f \( -name '*.java' -o -name MANIFEST.MF \) -exec sed -i "$rename" {} +

# What Jira brings is compiled apart, and does not get into the jar.
compile() { # TO CLASSPATH FILE...
    to=$1 path=$2
    shift 2
    "${JAVAC:-javac}" --release 17 -g:none -proc:none -Xlint:all -Werror -encoding UTF-8 -d "$to" -cp "$path" "$@"
}
compile "$work/host" "$api" $(find "$work/src/stubs" -name '*.java' | LC_ALL=C sort)
compile "$work/jar" "$api:$work/host:$libs/osgi.core.jar" $(find "$work/src/java" -name '*.java' | LC_ALL=C sort)
"${JAVA:-java}" "$source/build/Pack.java" "$version" "$jar.new" "$work/jar"
mv "$jar.new" "$jar"
