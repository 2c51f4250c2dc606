#include "spawn/dumpable.h"

namespace sexton {

Undumpable::Undumpable(bool changes_credentials) : changes_credentials_(changes_credentials) {}
Undumpable::~Undumpable() { static_cast<void>(changes_credentials_); }

}  // namespace sexton
