#include "node/addon.h"
#include "platform/terminal.h"

namespace sexton {
namespace {

// setWindowSize(fd, rows, columns): 0 or -errno.
Napi::Value SetSize(const Napi::CallbackInfo& info) {
  return Result(info, SetWindowSize(IntArg(info, 0), IntArg(info, 1), IntArg(info, 2)));
}

// windowSize(fd, size: Int32Array): writes [rows, columns]; 0 or -errno.
Napi::Value Size(const Napi::CallbackInfo& info) {
  int rows = 0, columns = 0;
  const int read = ReadWindowSize(IntArg(info, 0), &rows, &columns);
  auto size = info[1].As<Napi::Int32Array>();
  size[size_t{0}] = rows;
  size[size_t{1}] = columns;
  return Result(info, read);
}

// translateNewlines(fd, on): 0 or -errno.
Napi::Value Translate(const Napi::CallbackInfo& info) {
  return Result(info, TranslateNewlines(IntArg(info, 0), info[1].As<Napi::Boolean>().Value()));
}

// moveForeground(from, to): two process groups; 0 means this process's own. 0 or -errno.
Napi::Value Foreground(const Napi::CallbackInfo& info) {
  const auto group = [](int id) { return id == 0 ? getpgrp() : id; };
  return Result(info, MoveForeground(group(IntArg(info, 0)), group(IntArg(info, 1))));
}

}  // namespace

void DefineTerminal(Napi::Object exports, Environment* state) {
  Define(exports, "setWindowSize", SetSize, {kInt, kInt, kInt}, state);
  Define(exports, "windowSize", Size, {kInt, Ints(2)}, state);
  Define(exports, "translateNewlines", Translate, {kInt, kBool}, state);
  Define(exports, "moveForeground", Foreground, {kInt, kInt}, state);
}

}  // namespace sexton
