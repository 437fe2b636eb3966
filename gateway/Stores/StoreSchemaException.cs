namespace Dragoman.Stores;

/// <summary>A newer release has changed the schema of the store. This process must not read or write it.</summary>
public sealed class StoreSchemaException(string store, long found) : Exception(
    $"The {store} has schema {found}, but this release knows only schema {Known}. Use the release that the other processes use.")
{
    /// <summary>The schema that this release creates, reads and writes.</summary>
    internal const long Known = 1;

    /// <exception cref="StoreSchemaException">The schema is not the known one.</exception>
    internal static void Check(string store, long found)
    {
        if (found != Known)
            throw new StoreSchemaException(store, found);
    }
}
