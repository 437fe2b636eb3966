using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Schemas;
using Dragoman.Wire;
using Xunit.Abstractions;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>
/// For any wrong value in any member, the client gets a 4xx that names a member, or the provider gets JSON that any parser
/// accepts. This holds for every dialect and every kind of provider.
/// </summary>
public sealed class BadRequestTests(ITestOutputHelper log)
{
    public static TheoryData<string> Clients => ClientDialect.Names;

    [Theory]
    [MemberData(nameof(Clients))]
    public void Nothing_in_any_member_is_a_failure_of_ours(string client)
    {
        var dialect = ClientDialect.Named(client);
        var failures = new List<string>();
        var (refused, carried) = (0, 0);
        foreach (var (path, intruder, json) in SpoiledRequests.Of(FullRequests.Of(dialect)))
        {
            ChatRequest request;
            try
            {
                request = dialect.Dialect.Read(json) with { Source = JsonMembers.TryReadFirst(Encoding.UTF8.GetBytes(json)) };
            }
            catch (GatewayException refusal)
            {
                refused++;
                if (WhyBad(refusal.Error) is { } why)
                    failures.Add($"{path} = {Short(intruder)}: {why}");
                continue;
            }
            catch (Exception error)
            {
                failures.Add($"{path} = {Short(intruder)}: {Short(error.ToString())}");
                continue;
            }

            foreach (var family in ProviderFamily.All)
            {
                try
                {
                    var sent = Write(family, request);
                    carried++;
                    if (!Utf8.IsValid(sent))
                        failures.Add($"{path} = {Short(intruder)} to {family}: not UTF-8");
                    if (intruder.Contains("\\ud", StringComparison.Ordinal) || intruder == "a member")
                        continue;
                    using var parsed = JsonDocument.Parse(sent);
                }
                catch (GatewayException refusal)
                {
                    refused++;
                    if (WhyBad(refusal.Error) is { } why)
                        failures.Add($"{path} = {Short(intruder)} to {family}: {why}");
                }
                catch (Exception error)
                {
                    failures.Add($"{path} = {Short(intruder)} to {family}: {Short(error.ToString())}");
                }
            }
        }

        log.WriteLine($"{client}: {refused} refused, {carried} carried");
        Assert.True(failures.Count == 0, $"{failures.Count} of {refused + carried}:\n{string.Join('\n', failures.Take(60))}");
        Assert.True(refused > 100 && carried > 100, "next to nothing was tried");
    }

    /// <summary>Does what the pipeline does between reading and sending, except for what needs a network.</summary>
    private static byte[] Write(ProviderFamily family, ChatRequest request)
    {
        const string Model = "upstream";
        if (family.Dialect.TryPassThrough(request, Model) is { } passed)
            return passed.Body.ToArray();
        if (request.FamilyMembers is [var member, ..])
            throw GatewayException.Invalid(member.Field, member.Text);
        if (request.Format is { Schema: { } wanted } format)
            SchemaCheck.RefuseUnusable(wanted, format.Field);
        foreach (var tool in request.Tools)
        {
            if (tool is { FreeText: null, Parameters: { } parameters })
                SchemaCheck.RefuseUnusable(parameters, tool.Field);
        }

        var fitted = ToolNames.Adapt(request, family.Dialect.TraitsOf(Model).ToolNames) is { } adapted ? adapted.Request : request;
        return family.Dialect.Write(fitted, Model, new LossReport()).Body.ToArray();
    }

    private static string? WhyBad(GatewayError error)
    {
        if (error.Status is < 400 or >= 500)
            return $"status {error.Status}";
        if (error.Message.Length == 0)
            return "no message";
        return string.IsNullOrEmpty(error.Field) ? $"names no member: {error.Message}" : null;
    }

    private static string Short(string text) => text.Length <= 400 ? text : text[..400];
}
