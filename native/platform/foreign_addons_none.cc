#include "platform/foreign_addons.h"

namespace sexton {

int CountForeignAddons() { return -1; }

}  // namespace sexton
