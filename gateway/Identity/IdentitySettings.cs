using Azure.Core.Pipeline;

namespace Dragoman.Identity;

/// <summary>How the process proves to Microsoft Entra ID who it is. It contains no secret.</summary>
public sealed record IdentitySettings
{
    /// <summary>What is used when nothing is configured: what Azure's own tools would use on this machine.</summary>
    public static readonly IdentitySettings Default = new();

    /// <summary>
    /// The client id of a user-assigned managed identity, or of the application of a workload identity; null for that of
    /// <c>AZURE_CLIENT_ID</c>, and without one for the machine's system-assigned identity.
    /// </summary>
    public string? ClientId { get; init; }

    /// <summary>The tenant of a workload identity and of the developer's tools; null for that of <c>AZURE_TENANT_ID</c> or of the tool.</summary>
    public string? TenantId { get; init; }

    /// <summary>The sources of tokens in the order in which they are tried; null for what <c>AZURE_TOKEN_CREDENTIALS</c> says, else all.</summary>
    public IReadOnlyList<string>? Chain { get; init; }

    /// <summary>The authority of a cloud of its own; null for that of <c>AZURE_AUTHORITY_HOST</c>, else the public cloud.</summary>
    public Uri? AuthorityHost { get; init; }

    /// <summary>Sends the requests for tokens; null for the usual connections.</summary>
    internal HttpPipelineTransport? Transport { get; init; }
}
