internal import PostgresClient

/// Where the password of a connection came from, in words.
enum PasswordOrigin: String {
    case none = "without a password"
    case command = "by the password of a command"
    case database = "by the password in the database URL"
    case environment = "by the password of PGPASSWORD"
    case file = "by the password of a password or service file"
}

extension Session {
    /// Where the password came from with which the server let the job in.
    var passwordOrigin: PasswordOrigin {
        guard connection.usedPassword else { return .none }
        if hasPasswordCommand { return .command }
        if Connection.hasPassword(database) { return .database }
        return JobVariables.hasPassword ? .environment : .file
    }
}
