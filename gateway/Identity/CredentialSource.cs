using Azure.Core;
using Azure.Identity;

namespace Dragoman.Identity;

/// <summary>A source of tokens of Microsoft Entra ID.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="LibraryName">Its name in <see cref="Variable"/>, which is that of its class in Azure.Identity.</param>
/// <param name="IsForDevelopers">Whether it is a tool that somebody has logged in to. The next source is tried whatever it answers.</param>
/// <param name="Create">Creates the credential. It may inspect the environment.</param>
/// <param name="Advice">What an operator can do to make it work.</param>
/// <remarks>
/// The order and the meaning of the variable are those of Azure.Identity's <c>DefaultAzureCredential</c>. Visual Studio Code and the
/// broker are left out: they need further libraries and a desktop.
/// </remarks>
internal sealed record CredentialSource(
    string Name, string LibraryName, bool IsForDevelopers, Func<IdentitySettings, TokenCredential> Create, Func<IdentitySettings, string> Advice)
{
    /// <summary>The variable with which Azure's libraries select sources: <c>dev</c>, <c>prod</c> or the name of one.</summary>
    public const string Variable = "AZURE_TOKEN_CREDENTIALS";

    private const string Developers = "dev";
    private const string Production = "prod";

    private static readonly string[] WorkloadVariables = ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"];

    /// <summary>All sources in the usual order.</summary>
    public static readonly IReadOnlyList<CredentialSource> All =
    [
        new(
            "environment",
            "EnvironmentCredential",
            IsForDevelopers: false,
            settings => new EnvironmentCredential(With(settings, new EnvironmentCredentialOptions { DisableInstanceDiscovery = IsOfItsOwn(settings) })),
            _ => "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"),
        new(
            "workload",
            "WorkloadIdentityCredential",
            IsForDevelopers: false,
            settings => new WorkloadIdentityCredential(With(settings, WorkloadOptions(settings))),
            settings => MissingVariables(settings) is { Length: > 0 } missing
                ? $"not set: {missing}; in Kubernetes the pod needs the label azure.workload.identity/use and a service account with a client id"
                : "check the federated credential of the application in Entra: its issuer, subject and audience"),
        new(
            "managed",
            "ManagedIdentityCredential",
            IsForDevelopers: false,
            Managed,
            settings => settings.ClientId is null && Value("AZURE_CLIENT_ID") is null
                ? "only Azure has managed identities: turn on the app's identity, or give the client id of a user-assigned one in /identity/clientId"
                : "assign the identity of this client id to the app; only Azure has managed identities"),
        new(
            "visualStudio",
            "VisualStudioCredential",
            IsForDevelopers: true,
            settings => new VisualStudioCredential(With(settings, new VisualStudioCredentialOptions { TenantId = settings.TenantId })),
            _ => "sign in under Tools, Options, Azure Service Authentication"),
        new(
            "azureCli",
            "AzureCliCredential",
            IsForDevelopers: true,
            settings => new AzureCliCredential(With(settings, new AzureCliCredentialOptions { TenantId = settings.TenantId })),
            _ => "run az login"),
        new(
            "azurePowerShell",
            "AzurePowerShellCredential",
            IsForDevelopers: true,
            settings => new AzurePowerShellCredential(With(settings, new AzurePowerShellCredentialOptions { TenantId = settings.TenantId })),
            _ => "run Connect-AzAccount"),
        new(
            "azureDeveloperCli",
            "AzureDeveloperCliCredential",
            IsForDevelopers: true,
            settings => new AzureDeveloperCliCredential(With(settings, new AzureDeveloperCliCredentialOptions { TenantId = settings.TenantId })),
            _ => "run azd auth login"),
    ];

    /// <summary>The names of all sources.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(source => source.Name)];

    /// <summary>The sources that are tried.</summary>
    /// <param name="settings">The settings, whose chain precedes the variable.</param>
    /// <param name="selection">The value of <see cref="Variable"/>; null when it is not set.</param>
    /// <exception cref="FormatException">The variable has another value. The message says what is allowed.</exception>
    public static IReadOnlyList<CredentialSource> Chosen(IdentitySettings settings, string? selection)
    {
        if (settings.Chain is { } chain)
            return [.. chain.Select(name => All.First(source => source.Name == name))];
        if (string.IsNullOrWhiteSpace(selection))
            return All;
        var word = selection.Trim();
        List<CredentialSource> chosen =
        [
            .. All.Where(source =>
                word.Equals(Developers, StringComparison.OrdinalIgnoreCase) ? source.IsForDevelopers
                : word.Equals(Production, StringComparison.OrdinalIgnoreCase) ? !source.IsForDevelopers
                : word.Equals(source.LibraryName, StringComparison.OrdinalIgnoreCase)),
        ];
        return chosen.Count > 0
            ? chosen
            : throw new FormatException($"environment variable {Variable}: selects no source of tokens; allowed: {Developers}, {Production}, {string.Join(", ", All.Select(source => source.LibraryName))}");
    }

    /// <summary>
    /// Outside Azure nothing answers at the address of managed identities, which the library's own chain finds out within a second.
    /// Alone, the credential would try for minutes, but it is the only one that a contrary variable does not switch off.
    /// </summary>
    private static TokenCredential Managed(IdentitySettings settings)
    {
        var clientId = settings.ClientId ?? Value("AZURE_CLIENT_ID");
        if (Value(Variable) is { } selection && !selection.Trim().Equals(Production, StringComparison.OrdinalIgnoreCase))
        {
            var id = clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId);
            return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(id));
        }

        return new DefaultAzureCredential(new DefaultAzureCredentialOptions
        {
            ManagedIdentityClientId = clientId,
            ExcludeEnvironmentCredential = true,
            ExcludeWorkloadIdentityCredential = true,
            ExcludeVisualStudioCredential = true,
            ExcludeVisualStudioCodeCredential = true,
            ExcludeAzureCliCredential = true,
            ExcludeAzurePowerShellCredential = true,
            ExcludeAzureDeveloperCliCredential = true,
            ExcludeBrokerCredential = true,
        });
    }

    private static WorkloadIdentityCredentialOptions WorkloadOptions(IdentitySettings settings)
    {
        var options = new WorkloadIdentityCredentialOptions { DisableInstanceDiscovery = IsOfItsOwn(settings) };
        // What is not configured keeps the variable's value, which the library has read.
        if (settings.ClientId is { } clientId)
            options.ClientId = clientId;
        if (settings.TenantId is { } tenantId)
            options.TenantId = tenantId;
        return options;
    }

    private static string MissingVariables(IdentitySettings settings) => string.Join(", ", WorkloadVariables.Where(name => Value(name) is null && name switch
    {
        "AZURE_CLIENT_ID" => settings.ClientId is null,
        "AZURE_TENANT_ID" => settings.TenantId is null,
        _ => true,
    }));

    private static T With<T>(IdentitySettings settings, T options)
        where T : TokenCredentialOptions
    {
        if (settings.AuthorityHost is { } host)
            options.AuthorityHost = host;
        if (settings.Transport is { } transport)
            options.Transport = transport;
        return options;
    }

    /// <summary>Whether the authority is none that Microsoft's public one could vouch for.</summary>
    private static bool IsOfItsOwn(IdentitySettings settings) => settings.AuthorityHost is { } host
        && host != AzureAuthorityHosts.AzurePublicCloud && host != AzureAuthorityHosts.AzureGovernment && host != AzureAuthorityHosts.AzureChina;

    private static string? Value(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
