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
        new("Secrets"),
        new("Stores", "Locales"),
        new("Conversation", "Wire", "Locales"),
        new("Configuration", "Conversation"),
        new("Prices", "Conversation", "Configuration"),
        new("Connections", "Locales", "Conversation"),
        new("Access", "Locales", "Stores", "Conversation", "Configuration", "Connections", "Prices"),
        new("Administration", "Wire", "Locales", "Stores", "Conversation", "Configuration", "Access"),
        new("Schemas", "Wire", "Locales", "Conversation"),
        new("Catalog", "Wire", "Locales", "Conversation", "Configuration"),
        new("Dialects", "Wire", "Locales", "Conversation", "Schemas", "Configuration", "Catalog"),
        new("Providers", "Wire", "Locales", "Secrets", "Conversation", "Configuration", "Connections", "Dialects"),
        new("Pipeline", "Wire", "Locales", "Secrets", "Stores", "Conversation", "Configuration", "Connections", "Access", "Administration", "Prices", "Schemas", "Catalog", "Dialects", "Providers"),
        new("WebSockets", "Wire", "Locales", "Conversation", "Configuration", "Dialects", "Pipeline"),
        new("Endpoints", "Wire", "Locales", "Secrets", "Conversation", "Configuration", "Access", "Administration", "Catalog", "Dialects", "Pipeline", "WebSockets"),
        new("Hosting", "Stores", "Conversation", "Configuration", "Connections", "Prices", "Access", "Pipeline", "Endpoints"),
    ];

    public string Namespace => $"Dragoman.{Name}";

    /// <summary>The rooms that this one must not use.</summary>
    public IEnumerable<Room> Forbidden => All.Where(room => room != this && !MayUse.Contains(room.Name));
}
