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

/// Variables of libpq that are for the job's own database, and for no other.
enum JobVariables {
    private static let names = [
        "PGHOSTADDR": "hostaddr", "PGOPTIONS": "options", "PGPASSWORD": "password",
        "PGTARGETSESSIONATTRS": "target_session_attrs",
    ]

    /// What they said when they were first asked for, as settings of a connection.
    static let settings = names.sorted { $0.key < $1.key }.compactMap { name, keyword in
        environmentVariable(name).map { (keyword: keyword, value: $0) }
    }

    /// Whether there is a password among them.
    static var hasPassword: Bool { settings.contains { $0.keyword == "password" } }

    /// Takes them out of the environment, where libpq would use them for any other server too.
    ///
    /// Before other threads are at work with the environment.
    static func withdraw() {
        guard !settings.isEmpty else { return }
        for name in names.keys { unsetenv(name) }
    }
}
