using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Administration;

/// <summary>A store whose next writes fail: before they are applied, or afterwards, so that only their answer is lost.</summary>
internal sealed class LosingStore : StoreDecorator
{
    /// <summary>How many of the next writes are lost before they are applied.</summary>
    public int Before { get; set; }

    /// <summary>How many of the next writes are applied and lose their answer.</summary>
    public int After { get; set; }

    /// <summary>Whether nothing can be read.</summary>
    public bool IsAway { get; set; }

    /// <summary>The operation ids of all writes, in order.</summary>
    public List<string?> Operations { get; } = [];

    public override Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default) =>
        IsAway ? throw Away() : base.GetAsync(kind, id, cancellation);

    public override Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) =>
        IsAway ? throw Away() : base.ListAsync(kind, partOf, after, take, cancellation);

    public override async Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default)
    {
        Operations.Add(write.OperationId);
        if (Before > 0)
        {
            Before--;
            throw Away();
        }

        var result = await Inner.WriteAsync(write, cancellation);
        if (After == 0)
            return result;
        After--;
        throw Away();
    }

    public override Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) =>
        IsAway ? throw Away() : base.AuditAsync(after, take, cancellation);

    private static StoreUnavailableException Away() => new("The store at secret-host did not answer.");
}
