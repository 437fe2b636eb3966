using System.Text.Json;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Schemas;

namespace Dragoman.Emulator.Tools;

/// <summary>A tool call of the answer.</summary>
/// <param name="Id">The call's id, in the dialect's form.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">JSON text that is valid against the tool's schema.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    public static ToolCall To(ToolDefinition tool, ulong seed, CallIds ids)
    {
        var random = new DeterministicRandom(seed);
        var id = ids.Next(random);
        var arguments = SchemaInstance.Generate(tool.Parameters, random.Next(), JsonValueKind.Object);
        return new(id, tool.Name, arguments);
    }
}
