using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Dragoman.Connections;
using Dragoman.Conversation;

namespace Dragoman.Diagnosis;

/// <summary>Looks up the name of a server, connects, and looks at its certificate. Nothing is sent to the server.</summary>
/// <param name="subject">Whose server it is.</param>
/// <param name="address">The address of the server.</param>
/// <param name="setting">The setting that has the address.</param>
/// <param name="options">How long it may take.</param>
/// <param name="clock">The clock for the end of the certificate.</param>
internal sealed class ServerExamination(string subject, Uri address, string setting, DoctorOptions options, TimeProvider clock)
{
    /// <summary>Certificates are usually renewed earlier than this.</summary>
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    private readonly List<Finding> findings = [];

    public async Task<ServerFinding> RunAsync(CancellationToken cancellation)
    {
        if (HttpClient.DefaultProxy.GetProxy(address) is { } proxy && !HttpClient.DefaultProxy.IsBypassed(address))
        {
            Add("name", FindingState.Skipped, $"requests go through the proxy {proxy.Host}:{proxy.Port}");
            return new(findings, IsReachable: true);
        }

        return new(findings, await FindAsync(cancellation).ConfigureAwait(false) is { } addresses && await ConnectAsync(addresses, cancellation).ConfigureAwait(false));
    }

    private async Task<IPAddress[]?> FindAsync(CancellationToken cancellation)
    {
        const string Check = "name";
        try
        {
            var addresses = await Patience.RunAsync(options.Patience, ending => NameLookup.OfProviders.FindAsync(address.IdnHost.Trim('[', ']'), ending), cancellation).ConfigureAwait(false);
            if (address.HostNameType == UriHostNameType.Dns)
                Add(Check, FindingState.Good, $"{address.Host} is {string.Join(", ", addresses.Take(3).Select(each => each.ToString()))}{(addresses.Length > 3 ? ", …" : "")}");
            return addresses;
        }
        catch (TimeoutException error)
        {
            Add(Check, FindingState.Failed, $"{address.Host}: {error.Message} of a name server", "check the name servers of this machine (/etc/resolv.conf)");
        }
        catch (SocketException error)
        {
            Add(Check, FindingState.Failed, $"{address.Host} cannot be resolved: {error.Message}", $"check the host in {setting}, and the name servers of this machine");
        }

        return null;
    }

    private async Task<bool> ConnectAsync(IPAddress[] addresses, CancellationToken cancellation)
    {
        const string Check = "connection";
        Socket socket;
        try
        {
            socket = OpenFiles.OpenSocket();
        }
        catch (GatewayException error)
        {
            Add(Check, FindingState.Failed, error.Message, "raise the number of files that a process may open (ulimit -Hn)");
            return false;
        }

        using (socket)
        {
            try
            {
                await Patience.RunAsync(
                    options.Patience,
                    async ending =>
                    {
                        await socket.ConnectAsync(addresses, address.Port, ending).ConfigureAwait(false);
                        return true;
                    },
                    cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException error)
            {
                Add(Check, FindingState.Failed, $"port {address.Port}: {error.Message}", "a firewall on the way may drop the packets; check its rules, and the network of this machine");
                return false;
            }
            catch (SocketException error)
            {
                Add(Check, FindingState.Failed, $"port {address.Port} of {address.Host} cannot be connected: {error.Message}", $"check the port in {setting}, and that the server runs");
                return false;
            }

            if (address.Scheme != Uri.UriSchemeHttps)
            {
                Add(Check, FindingState.Good, $"port {address.Port} accepts connections; they are not encrypted");
                return true;
            }

            return await SecureAsync(socket, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> SecureAsync(Socket socket, CancellationToken cancellation)
    {
        const string Check = "tls";
        var seen = (Errors: SslPolicyErrors.None, Issuer: "", Subject: "", Ends: DateTimeOffset.MaxValue, Status: "");
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false, (_, certificate, chain, errors) =>
        {
            seen.Errors = errors;
            if (certificate is X509Certificate2 known)
                (seen.Issuer, seen.Subject, seen.Ends) = (NameOf(known, forIssuer: true), NameOf(known, forIssuer: false), known.NotAfter.ToUniversalTime());
            seen.Status = string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()) ?? []);
            return errors == SslPolicyErrors.None;
        });
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                await Patience.RunAsync(
                    options.Patience,
                    async ending =>
                    {
                        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.IdnHost.Trim('[', ']') }, ending).ConfigureAwait(false);
                        return true;
                    },
                    cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException error)
            {
                Add(Check, FindingState.Failed, $"port {address.Port}: {error.Message} to the TLS handshake", $"check that the server speaks TLS at this port, or write http in {setting}");
                return false;
            }
            catch (Exception error) when (error is AuthenticationException or IOException)
            {
                var (found, advice) = Explain(seen.Errors, seen.Issuer, seen.Subject, seen.Ends, seen.Status, error);
                Add(Check, FindingState.Failed, found, advice);
                return false;
            }
        }

        var left = seen.Ends - clock.GetUtcNow();
        var ends = string.Create(CultureInfo.InvariantCulture, $"the certificate of {seen.Subject} by {seen.Issuer} is valid for {left.TotalDays:0} more days");
        Add(Check, left < EndsSoon ? FindingState.Warning : FindingState.Good, ends, left < EndsSoon ? "renew it, or ask whoever runs the server whether it will be" : null);
        return true;
    }

    private (string Found, string Advice) Explain(SslPolicyErrors errors, string issuer, string subject, DateTimeOffset ends, string status, Exception error)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && ends < clock.GetUtcNow())
            return (string.Create(CultureInfo.InvariantCulture, $"the certificate of {subject} has expired on {ends:yyyy-MM-dd}"), "renew it; if it is valid elsewhere, check the clock of this machine");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return ($"the certificate is that of {subject} and not of {address.Host}", $"check the host in {setting}; a proxy may answer in its place");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return ($"the certificate of {subject} by {issuer} is not trusted ({status})", "add the certificate of its authority to those that this machine trusts (on Linux update-ca-certificates, or SSL_CERT_FILE)");
        return ($"no TLS connection: {(error.InnerException ?? error).Message}", $"check that the server speaks TLS 1.2 or 1.3 at port {address.Port}, or write http in {setting}");
    }

    private static string NameOf(X509Certificate2 certificate, bool forIssuer) =>
        Startup.Printable.Line(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer) is { Length: > 0 } name ? name : "an unnamed authority");

    private void Add(string check, FindingState state, string found, string? advice = null) => findings.Add(new(subject, check, state, found, advice));
}
