import Foundation

/// What signals do where the program is the first process, as in a container.
///
/// The kernel spares a first process the usual effect of a signal: without a handler SIGTERM would be lost, and
/// `docker stop` would wait in vain before it kills.
enum FirstProcess {
    /// Lets the signals that ask for an end have it, with 128 + the signal; elsewhere they have it already.
    static func letSignalsEnd() {
        guard getpid() == 1 else { return }
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] { signal(number) { _exit(128 + $0) } }
    }
}
