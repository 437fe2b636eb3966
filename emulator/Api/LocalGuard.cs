using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Dragoman.Emulator.Api;

/// <summary>
/// Rejects requests by web pages from other machines: by the origin that the browser sends, and by a host name that was made
/// to point to this machine. The rules are the gateway's, but the code is not: the emulator deliberately shares no code with
/// the gateway on a request's path.
/// </summary>
internal static class LocalGuard
{
    private static readonly string[] LocalEndings = [".localhost", ".local", ".internal"];

    private static readonly string[] WebSchemes = ["http://", "https://"];

    private static readonly string[] LocalOrigins = ["localhost", "127.0.0.1", "0.0.0.0"];

    private static readonly string[] AppOrigins = ["app://", "file://", "tauri://", "vscode-webview://", "vscode-file://"];

    /// <summary>Why the request is rejected. Null when it is accepted.</summary>
    public static string? FindRefusal(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsLocalOrigin(origin, request.Host.Value ?? ""))
            return "The emulator serves web pages of this machine alone; the Origin of this one is another.";
        return IsLocalHost(request.Host.Host) ? null : "The emulator serves this machine alone; the Host of this request is no name of it.";
    }

    public static async Task RefuseAsync(HttpContext context, string refusal)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain";
        var text = Encoding.ASCII.GetBytes(refusal + "\n");
        context.Response.ContentLength = text.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(text);
    }

    private static bool IsLocalOrigin(string origin, string host)
    {
        if (!Ascii.IsValid(origin))
            return false;
        if (Array.Exists(AppOrigins, scheme => origin.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
            return true;
        return Array.Exists(WebSchemes, scheme =>
            origin.Equals(scheme + host, StringComparison.OrdinalIgnoreCase)
            || LocalOrigins.Any(local => origin.Equals(scheme + local, StringComparison.OrdinalIgnoreCase)
                || (origin.StartsWith($"{scheme}{local}:", StringComparison.OrdinalIgnoreCase) && IsPort(origin[$"{scheme}{local}:".Length..]))));
    }

    private static bool IsPort(string text) => text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit);

    private static bool IsLocalHost(string host)
    {
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (IPAddress.TryParse(host, out var address))
            return IsLocalAddress(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        return host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
            || Array.Exists(LocalEndings, ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLocalAddress(IPAddress address) =>
        IPAddress.IsLoopback(address)
        || address.Equals(IPAddress.Any)
        || address.Equals(IPAddress.IPv6Any)
        || IsPrivate(address)
        || NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).Any(each => each.Address.Equals(address));

    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return address.IsIPv6UniqueLocal;
        var bytes = address.GetAddressBytes();
        return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168);
    }
}
