using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Dragoman.Infra.Tests.Tools;

/// <summary>Reads YAML as JSON, with anchors and merge keys resolved, so that there is one way to look into both.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    private static readonly ISerializer Writer = new SerializerBuilder().JsonCompatible().Build();

    /// <summary>The only document of a text.</summary>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static JsonNode Parse(string text) => Read(text).Single();

    /// <summary>The documents of a text.</summary>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var documents = new List<JsonNode>();
        var parser = new MergingParser(new Parser(new StringReader(text)));
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            if (Reader.Deserialize<object?>(parser) is { } document)
                documents.Add(JsonNode.Parse(Writer.Serialize(document))!);
        }

        return documents;
    }
}
