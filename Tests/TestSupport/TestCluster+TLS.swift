import Foundation

extension TestCluster {
    /// Gives the server a certificate for `localhost` and turns TLS on.
    ///
    /// - Returns: the file with the certificate of the authority that signed it.
    public func useTLS() async throws -> String {
        let folder = try temporaryFolder()
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1\n".utf8).write(
            to: URL(fileURLWithPath: "\(folder)/names"))
        let key = ["-newkey", "rsa:2048", "-nodes", "-keyout"]
        for arguments in [
            ["req", "-x509", "-days", "2", "-subj", "/CN=authority of the tests", "-out", "ca.pem"] + key + ["ca.key"],
            ["req", "-subj", "/CN=localhost", "-out", "server.csr"] + key + ["server.key"],
            [
                "x509", "-req", "-days", "2", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-extfile", "names", "-out", "server.crt",
            ],
        ] {
            let outcome = try await RunningProgram(
                "/usr/bin/env", ["openssl"] + arguments,
                variables: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""], folder: folder, input: .text("")
            ).outcome()
            guard outcome.code == 0 else { throw HarnessError("openssl \(arguments[0]): \(outcome.errors)") }
        }
        for name in ["server.key", "server.crt"] {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(data)/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(data)/\(name)")
            try give("\(data)/\(name)")
        }
        try configure(["ssl = on"])
        try await reload()
        return "\(folder)/ca.pem"
    }
}
