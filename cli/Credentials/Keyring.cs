using System.Text;
using System.Text.Json;

namespace Dragoman.Cli.Credentials;

/// <summary>
/// The keyring of the operating system, by its own tool: <c>secret-tool</c> for the Secret Service of Linux, <c>security</c> of
/// macOS. A secret goes through a pipe; others can see the arguments of a process.
/// </summary>
internal sealed class Keyring
{
    private const string Service = "dragoman";

    private readonly string tool;
    private readonly bool isMac;

    private Keyring(string tool, bool isMac) => (this.tool, this.isMac) = (tool, isMac);

    /// <summary>The keyring; null when there is none that can be reached.</summary>
    public static Keyring? Find(CliContext context)
    {
        if (OperatingSystem.IsMacOS())
            return FindTool("security", context) is { } security ? new(security, isMac: true) : null;
        // Without a session's bus there is nobody to answer, as on servers.
        if (!OperatingSystem.IsLinux() || context.Variable("DBUS_SESSION_BUS_ADDRESS") is null)
            return null;
        return FindTool("secret-tool", context) is { } secretTool ? new(secretTool, isMac: false) : null;
    }

    /// <summary>The credential for a gateway; null when there is none, or the keyring does not answer.</summary>
    public async Task<StoredCredential?> LoadAsync(string gateway, CancellationToken cancellation)
    {
        string[] arguments = isMac
            ? ["find-generic-password", "-s", Service, "-a", gateway, "-w"]
            : ["lookup", "service", Service, "gateway", gateway];
        var (code, output) = await ExternalTool.RunAsync(tool, arguments, "", cancellation).ConfigureAwait(false);
        if (code != 0 || output.Length == 0)
            return null;
        try
        {
            return JsonSerializer.Deserialize(output, CredentialJson.Default.StoredCredential);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>Whether the keyring has taken it.</returns>
    public async Task<bool> TrySaveAsync(string gateway, StoredCredential credential, CancellationToken cancellation)
    {
        var secret = JsonSerializer.Serialize(credential, CredentialJson.Default.StoredCredential);
        // In its interactive mode security reads commands from its input, and hexadecimal digits need no quotes.
        var (arguments, input) = isMac
            ? ((string[])["-i"], $"add-generic-password -U -s {Service} -a \"{gateway}\" -X {Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))}\n")
            : (["store", "--label", $"Dragoman {gateway}", "service", Service, "gateway", gateway], secret);
        var (code, _) = await ExternalTool.RunAsync(tool, arguments, input, cancellation).ConfigureAwait(false);
        // The interactive mode ends with 0 whatever its commands did.
        return code == 0 && await LoadAsync(gateway, cancellation).ConfigureAwait(false) == credential;
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(string gateway, CancellationToken cancellation)
    {
        if (await LoadAsync(gateway, cancellation).ConfigureAwait(false) is null)
            return false;
        string[] arguments = isMac
            ? ["delete-generic-password", "-s", Service, "-a", gateway]
            : ["clear", "service", Service, "gateway", gateway];
        return (await ExternalTool.RunAsync(tool, arguments, "", cancellation).ConfigureAwait(false)).Code == 0;
    }

    private static string? FindTool(string name, CliContext context) => (context.Variable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);
}
