using Dragoman.Attack.Ground;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack;

/// <summary>The state that all attacks of one run share.</summary>
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

    /// <summary>Creates a new directory, which is deleted after the run.</summary>
    public string NewDirectory(string name)
    {
        var directory = scratch.File($"{name}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        return directory;
    }

    /// <summary>The deployment for attacks that leave it unchanged. A new one when an attack has broken the last one.</summary>
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
