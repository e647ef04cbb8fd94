import Logging
enum PrivateServer {
    static func exists(in folder: String) -> Bool { false }
    static func startedConnectionString(in folder: String, logger: Logger) async throws -> String { "" }
}
