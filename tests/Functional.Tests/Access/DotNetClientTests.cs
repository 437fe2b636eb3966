using System.ClientModel;
using System.Net;
using System.Net.Http.Headers;
using Anthropic;
using Anthropic.Core;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Dragoman.Functional.Tests.Harness;
using Dragoman.Functional.Tests.Sdks;
using OllamaSharp;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using OpenAI.Responses;
using Xunit;

// The library marks its client of Responses as subject to change. The pinned version has it.
#pragma warning disable OPENAI001

namespace Dragoman.Functional.Tests.Access;

/// <summary>The .NET clients with a key, as docs/clients.md sets them up, and with a wrong one.</summary>
[Collection(KeyedTests.Name)]
public class DotNetClientTests(KeyedDeployment deployment)
{
    private const string Question = "Say something";

    private Uri Door => deployment.Keyed.Door;

    [Fact]
    public async Task OpenAIs_client_sends_it_as_its_key()
    {
        var (key, options) = (new ApiKeyCredential(deployment.Key), OpenAISdk.Options(Door));
        var chat = new ChatClient(Requests.Model, key, options);
        Assert.NotEmpty((await chat.CompleteChatAsync(new UserChatMessage(Question))).Value.Content[0].Text);
        var finished = false;
        await foreach (var update in chat.CompleteChatStreamingAsync(new UserChatMessage(Question)))
            finished |= update.FinishReason is not null;
        Assert.True(finished);
        var responses = Responses(key);
        Assert.NotEmpty((await responses.CreateResponseAsync(Requests.Model, Question)).Value.GetOutputText());
        var completed = false;
        await foreach (var update in await responses.CreateResponseStreamingAsync(Requests.Model, Question))
            completed |= update is StreamingResponseCompletedUpdate;
        Assert.True(completed);
        Assert.NotEqual(0, (await new EmbeddingClient("mistral-embed", key, options).GenerateEmbeddingAsync(Question)).Value.ToFloats().Length);
        Assert.NotEmpty((await new OpenAIModelClient(key, options).GetModelsAsync()).Value);
    }

    [Fact]
    public async Task OpenAIs_client_throws_its_exception_for_a_wrong_one()
    {
        var (key, options) = (new ApiKeyCredential(KeyedDeployment.UnknownKey), OpenAISdk.Options(Door));
        var chat = new ChatClient(Requests.Model, key, options);
        await RefusedAsync(() => chat.CompleteChatAsync(new UserChatMessage(Question)));
        await RefusedAsync(async () =>
        {
            await foreach (var update in chat.CompleteChatStreamingAsync(new UserChatMessage(Question)))
                Assert.Fail($"{update.Role}");
        });
        await RefusedAsync(() => Responses(key).CreateResponseAsync(Requests.Model, Question));
        await RefusedAsync(() => new OpenAIModelClient(key, options).GetModelsAsync());

        static async Task RefusedAsync(Func<Task> call)
        {
            var failure = await Assert.ThrowsAsync<ClientResultException>(call);
            Assert.Equal(401, failure.Status);
            Assert.Contains("invalid_api_key", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(KeyedDeployment.UnknownKey, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Anthropics_client_sends_it_as_its_key_or_token(bool asToken)
    {
        using var client = Anthropic(deployment.Key, asToken);
        Assert.NotEmpty((await client.Messages.Create(Message())).Content);
        var events = 0;
        await foreach (var part in client.Messages.CreateStreaming(Message()))
            events++;
        Assert.True(events > 3, $"{events} events");
        Assert.NotEmpty((await client.Models.List()).Items);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Anthropics_client_throws_its_exception_for_a_wrong_one(bool asToken)
    {
        using var client = Anthropic(KeyedDeployment.UnknownKey, asToken);
        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => client.Messages.Create(Message()));
        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(async () =>
        {
            await foreach (var part in client.Messages.CreateStreaming(Message()))
                Assert.Fail($"{part}");
        });
        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => client.Models.List());
    }

    [Fact]
    public async Task OllamaSharp_sends_it_in_the_headers_of_its_http_client()
    {
        using var http = PlainHttpClient.For(Door);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", deployment.Key);
        using var client = new OllamaApiClient(http, Requests.Model);
        Assert.NotEmpty(await client.ListLocalModelsAsync());
        Assert.NotEmpty((await client.ShowModelAsync(Requests.Model)).Capabilities!);
        Assert.NotEmpty((await client.EmbedAsync(new OllamaSharp.Models.EmbedRequest { Model = "mistral-embed", Input = [Question] })).Embeddings);
        var done = false;
        await foreach (var part in client.GenerateAsync(Question))
            done |= part!.Done;
        Assert.True(done);
    }

    [Fact]
    public async Task OllamaSharp_throws_for_a_wrong_one()
    {
        using var http = PlainHttpClient.For(Door);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeyedDeployment.UnknownKey);
        using var client = new OllamaApiClient(http, Requests.Model);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.ListLocalModelsAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, failure.StatusCode);
    }

    private ResponsesClient Responses(ApiKeyCredential key) =>
        new(key, new ResponsesClientOptions { Endpoint = new Uri(Door, "v1"), RetryPolicy = OpenAISdk.OneTry });

    private AnthropicClient Anthropic(string key, bool asToken) => new(new ClientOptions
    {
        BaseUrl = Door.AbsoluteUri.TrimEnd('/'),
        ApiKey = asToken ? null : key,
        AuthToken = asToken ? key : null,
        MaxRetries = 0,
    });

    private static MessageCreateParams Message() => new()
    {
        Model = Requests.Model,
        MaxTokens = 1024,
        Messages = [new UserMessageParam(Question)],
    };
}
