#ifndef SEXTON_PLATFORM_PIN_H_
#define SEXTON_PLATFORM_PIN_H_

namespace sexton {

// Keeps the addon's code loaded for ever. A worker that alone has loaded it may end and unload it,
// while somebody still calls it: a library that has saved our signal handler, or a thread of ours.
void PinThisObject();

}  // namespace sexton

#endif  // SEXTON_PLATFORM_PIN_H_
