# SPDX-License-Identifier: GPL-2.0-or-later
# A file's bytes as the elements of a C array: cmake -DFILE=... -DOUT=... -P embed.cmake
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${OUT} "${bytes}\n")
