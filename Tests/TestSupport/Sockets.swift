import Foundation

/// Where a server listens.
public enum ServerAddress: Sendable, Hashable {
    /// The path of a Unix socket.
    case unix(String)
    /// A port of 127.0.0.1.
    case tcp(UInt16)
}

/// Keeps a descriptor from the programs that are started later.
func closeOnExec(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

#if os(Linux)
    private let streamSocket = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    private let sendFlags = Int32(MSG_NOSIGNAL)
#else
    private let streamSocket = SOCK_STREAM
    private let sendFlags: Int32 = 0
#endif

/// Listens on a free port of 127.0.0.1; returns the descriptor and the port.
func listenOnLoopback() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = try newSocket(AF_INET)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isListening else {
        close(descriptor)
        throw HarnessError("cannot listen on 127.0.0.1: \(String(cString: strerror(errno)))")
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
}

/// A port of 127.0.0.1 that nobody listens on.
public func freePort() throws -> UInt16 {
    let (descriptor, port) = try listenOnLoopback()
    close(descriptor)
    return port
}

/// Connects to a server; nil where it does not accept.
func connectSocket(to server: ServerAddress) -> Int32? {
    switch server {
    case .tcp(let port):
        guard let descriptor = try? newSocket(AF_INET) else { return nil }
        var address = loopback(port: port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        if code == 0 { return descriptor }
        close(descriptor)
    case .unix(let path):
        guard let descriptor = try? newSocket(AF_UNIX) else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: Array(path.utf8).prefix(bytes.count - 1))
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        if code == 0 { return descriptor }
        close(descriptor)
    }
    return nil
}

/// Sends all bytes to a socket or pipe; false where the other side is gone.
func sendAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { buffer in
            let count = send(descriptor, buffer.baseAddress, buffer.count, sendFlags)
            return count < 0 && errno == ENOTSOCK ? write(descriptor, buffer.baseAddress, buffer.count) : count
        }
        if count < 0 {
            if errno == EINTR { continue }
            return false
        }
        sent += count
    }
    return true
}

private func newSocket(_ family: Int32) throws -> Int32 {
    let descriptor = socket(family, streamSocket, 0)
    guard descriptor >= 0 else { throw HarnessError("no socket: \(String(cString: strerror(errno)))") }
    closeOnExec(descriptor)
    return descriptor
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
