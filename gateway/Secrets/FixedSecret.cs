namespace Dragoman.Secrets;

/// <summary>A secret that stays the same as long as the process runs.</summary>
internal sealed class FixedSecret(string value) : LiveSecret
{
    public override ValueTask<string> GetAsync(CancellationToken cancellation) => new(value);
}
