using Dragoman.Attack.Ground;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack;

/// <summary>What the attacks of one run share.</summary>
internal sealed class AttackContext(bool isFull) : IAsyncDisposable
{
    /// <summary>Set by run.sh inside a network namespace in which nothing but this run's processes is reachable.</summary>
    private const string NamespaceVariable = "ATTACK_NAMESPACE";

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ScratchDirectory scratch = new();
    private Field? shared;

    public static bool IsInNamespace { get; } = Environment.GetEnvironmentVariable(NamespaceVariable) is { Length: > 0 };

    /// <summary>Attacks that are scaled down by default run at full size.</summary>
    public bool IsFull { get; } = isFull;

    /// <summary>A directory that goes away after the run; one of its own for each call.</summary>
    public string NewDirectory(string name)
    {
        var directory = scratch.File($"{name}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        return directory;
    }

    /// <summary>The deployment of those attacks that leave one as they found it; a new one when an attack has broken the last.</summary>
    public async Task<Field> SharedAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (shared is not null && !await shared.IsHealthyAsync())
            {
                await shared.DisposeAsync();
                shared = null;
            }

            shared ??= await Field.StartAsync(this);
            shared.Provider.Forget();
            return shared;
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (shared is not null)
            await shared.DisposeAsync();
        gate.Dispose();
        scratch.Dispose();
    }
}
