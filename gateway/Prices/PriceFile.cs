using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Prices;

/// <summary>A price list from a file, in the gateway's format or in LiteLLM's.</summary>
/// <param name="List">The list.</param>
/// <param name="Skipped">Why models of the file are not in the list, a sentence each.</param>
public sealed record PriceFile(PriceList List, IReadOnlyList<string> Skipped)
{
    /// <summary>The largest file, in bytes. LiteLLM's has some megabytes.</summary>
    public const int Largest = 32 * 1024 * 1024;

    /// <param name="path">The file.</param>
    /// <param name="day">Today, the date of a list without one.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or has a mistake.</exception>
    public static PriceFile Read(string path, DateOnly day)
    {
        try
        {
            return Read(SmallFile.Read(path, Largest), path, day);
        }
        catch (SmallFileException error)
        {
            throw new ConfigurationException([Printable.Line($"{path}: {error.Message}")]);
        }
    }

    /// <param name="bytes">The file.</param>
    /// <param name="source">Its name in error messages.</param>
    /// <param name="day">Today, the date of a list without one.</param>
    /// <exception cref="ConfigurationException">It has a mistake.</exception>
    public static PriceFile Read(byte[] bytes, string source, DateOnly day)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (LiteLlmPrices.IsOne(document.RootElement))
                return LiteLlmPrices.Read(document.RootElement, day);
        }
        catch (JsonException)
        {
            // The reader of the gateway's format says where it stops being JSON.
        }

        return new PriceFile(ConfigurationReader.ReadPriceList(bytes, source), []);
    }
}
