namespace Dragoman.Secrets;

/// <summary>Reads the present value of one secret from where it is kept.</summary>
internal interface ISecretReader
{
    /// <exception cref="SecretException">There is no value that can be used.</exception>
    Task<string> ReadAsync(CancellationToken cancellation);
}
