# SPDX-License-Identifier: GPL-2.0-or-later
# Files as rows of struct builtin_file: cmake -DROOT=... -DFILES=a,b,... -DOUT=... -P builtin.cmake
string(REPLACE "," ";" files "${FILES}")
set(rows "")
foreach(file ${files})
  file(READ ${ROOT}/${file} bytes HEX)
  file(SIZE ${ROOT}/${file} size)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND rows "{\"${file}\", (const char[]){${bytes}}, ${size}},\n")
endforeach()
file(WRITE ${OUT} "${rows}")
