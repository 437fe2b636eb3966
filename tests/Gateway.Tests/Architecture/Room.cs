namespace Dragoman.Gateway.Tests.Architecture;

/// <summary>A folder of <c>gateway/</c>, and the rooms that it may use.</summary>
/// <param name="Name">The name of the folder, and of the namespace after <c>Dragoman.</c></param>
/// <param name="MayUse">The rooms on lower floors that it may use.</param>
internal sealed record Room(string Name, params string[] MayUse)
{
    /// <summary>All rooms from the lowest floor to the highest. A room uses only rooms that precede it (architecture.md 1).</summary>
    public static readonly IReadOnlyList<Room> All =
    [
        new("Wire"),
        new("Locales"),
        new("Identity"),
        new("Secrets", "Identity"),
        new("Stores", "Secrets", "Locales", "Identity"),
        new("Conversation", "Wire", "Locales"),
        new("Configuration", "Conversation", "Secrets", "Identity"),
        new("Telemetry", "Conversation", "Configuration"),
        new("Prices", "Conversation", "Configuration"),
        new("Connections", "Conversation", "Locales"),
        new("Access", "Locales", "Secrets", "Stores", "Conversation", "Configuration", "Connections", "Prices"),
        new("Administration", "Wire", "Stores", "Conversation", "Configuration", "Access", "Locales"),
        new("Schemas", "Wire", "Conversation", "Locales"),
        new("Catalog", "Wire", "Conversation", "Configuration", "Locales"),
        new("Dialects", "Wire", "Conversation", "Schemas", "Configuration", "Catalog", "Locales"),
        new("Providers", "Wire", "Secrets", "Telemetry", "Conversation", "Configuration", "Connections", "Dialects", "Locales", "Identity"),
        new("Pipeline", "Wire", "Secrets", "Telemetry", "Stores", "Conversation", "Configuration", "Connections", "Access", "Administration", "Prices", "Schemas", "Catalog", "Dialects", "Providers", "Locales", "Identity"),
        new("WebSockets", "Wire", "Conversation", "Configuration", "Dialects", "Pipeline", "Locales"),
        new("Endpoints", "Wire", "Locales", "Secrets", "Telemetry", "Conversation", "Configuration", "Access", "Administration", "Prices", "Catalog", "Dialects", "Pipeline", "WebSockets"),
        new("Hosting", "Secrets", "Telemetry", "Stores", "Conversation", "Configuration", "Connections", "Prices", "Access", "Pipeline", "Endpoints"),
        new("Diagnosis", "Identity", "Secrets", "Stores", "Conversation", "Configuration", "Connections", "Prices", "Catalog", "Dialects", "Providers", "Pipeline"),
    ];

    public string Namespace => $"Dragoman.{Name}";

    /// <summary>The rooms that this one must not use.</summary>
    public IEnumerable<Room> Forbidden => All.Where(room => room != this && !MayUse.Contains(room.Name));
}
