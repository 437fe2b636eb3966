using BenchmarkDotNet.Attributes;
using Dragoman.Schemas;

namespace Dragoman.Micro.Benchmarks;

/// <summary>The cost of a tool's parameters: when a request is read, and when a provider accepts only part of JSON Schema.</summary>
public class SchemaBenchmarks
{
    private readonly string schema = """{"type":"object","properties":{"city":{"type":"string","description":"The name of the city"},"days":{"type":"integer","description":"How many days ahead","minimum":0},"unit":{"type":"string","enum":["c","f"]}},"required":["city"]}""";

    [GlobalSetup]
    public void Prepare() => Warm.Up(() =>
    {
        Check();
        ForGemini();
    });

    [Benchmark]
    public void Check() => SchemaCheck.RefuseUnusable(schema, "tools");

    [Benchmark]
    public SanitizedSchema ForGemini() => SchemaSanitizer.Sanitize(schema, SchemaRules.GeminiJsonSchema, "tools");
}
