#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The value of an environment variable; nil where it is unset or empty.
func environmentVariable(_ name: String) -> String? {
    guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
}

/// The password of the environment, which is the one of the job's own database.
enum EnvironmentPassword {
    /// `PGPASSWORD` as it was when it was first asked for.
    static let value = environmentVariable("PGPASSWORD")

    /// Takes it out of the environment, where libpq would use it for any other server too.
    ///
    /// Before other threads are at work with the environment.
    static func keepToTheJob() {
        guard value != nil else { return }
        unsetenv("PGPASSWORD")
    }
}
