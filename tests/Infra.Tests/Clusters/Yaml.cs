using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Dragoman.Infra.Tests.Clusters;

/// <summary>Reads YAML as JSON, with anchors and merge keys resolved.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    private static readonly ISerializer Writer = new SerializerBuilder().JsonCompatible().Build();

    /// <summary>The documents of a text.</summary>
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
