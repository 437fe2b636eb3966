using System.Text.Json;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Schemas;

namespace Dragoman.Emulator.Tools;

/// <summary>A call the answer makes.</summary>
/// <param name="Id">Nine letters or digits, as Mistral's ids are.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON text that fits the tool's schema.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    private const string IdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static ToolCall To(ToolDefinition tool, ulong seed)
    {
        var random = new DeterministicRandom(seed);
        var id = string.Create(9, random, static (letters, random) =>
        {
            foreach (ref var letter in letters)
                letter = IdLetters[random.Below(IdLetters.Length)];
        });
        var arguments = SchemaInstance.Generate(tool.Parameters, random.Next(), JsonValueKind.Object);
        return new(id, tool.Name, arguments);
    }
}
