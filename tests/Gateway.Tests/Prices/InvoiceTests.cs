using System.Text;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

/// <summary>
/// Invoices that were made by hand: answers in the form in which each provider sends them, read by the gateway's readers and
/// priced by the built-in list. A price of 1.25 dollars a million tokens is 1,250,000 picodollars a token.
/// </summary>
public sealed class InvoiceTests
{
    private static readonly ProviderSettings OpenAI = Priced.Provider("openai");
    private static readonly ProviderSettings Azure = Priced.Provider("azure-openai", "https://name.openai.azure.com/openai/v1/");
    private static readonly ProviderSettings Mistral = Priced.Provider("mistral");
    private static readonly ProviderSettings Anthropic = Priced.Provider("anthropic");
    private static readonly ProviderSettings Gemini = Priced.Provider("gemini");

    [Fact]
    public void OpenAI_includes_cached_tokens_in_the_prompt_and_reasoning_in_the_completion()
    {
        var usage = Answered.Streamed(Answered.Chat(), """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-5-2025-08-07","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}
            {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-5-2025-08-07","service_tier":"default","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}
            {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-5-2025-08-07","service_tier":"default","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}
            {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-5-2025-08-07","service_tier":"default","choices":[],"usage":{"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":192,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}
            [DONE]
            """);
        // 86 × 1.25 $ + 1,920 × 0.125 $ + 300 × 10 $ a million, of which 192 are reasoning at the same price.
        Check(107_500_000 + 240_000_000 + 3_000_000_000, OpenAI, "gpt-5-2025-08-07", usage);
    }

    [Theory]
    [InlineData("default", 107_500_000L + 240_000_000L + 3_000_000_000L)]
    [InlineData("flex", (107_500_000L + 240_000_000L + 3_000_000_000L) / 2)]
    [InlineData("priority", (107_500_000L + 240_000_000L + 3_000_000_000L) * 2)]
    [InlineData("fast", (107_500_000L + 240_000_000L + 3_000_000_000L) * 2)]
    [InlineData("ultrafast", null)]
    [InlineData("scale", null)]
    public void OpenAI_names_the_tier_of_a_whole_answer_after_the_counts(string tier, long? expected)
    {
        var usage = Answered.Whole(Answered.Chat(), $$"""
            {"id":"chatcmpl-1","object":"chat.completion","model":"gpt-5","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920},"completion_tokens_details":{"reasoning_tokens":192} },"service_tier":"{{tier}}"}
            """);
        Check(expected, OpenAI, "gpt-5", usage);
        var streamed = Answered.Streamed(Answered.Chat(), $$"""
            {"id":"chatcmpl-1","service_tier":"{{tier}}","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}
            {"id":"chatcmpl-1","service_tier":"{{tier}}","choices":[],"usage":{"prompt_tokens":2006,"completion_tokens":300,"prompt_tokens_details":{"cached_tokens":1920},"completion_tokens_details":{"reasoning_tokens":192} } }
            [DONE]
            """);
        Check(expected, OpenAI, "gpt-5", streamed);
    }

    [Fact]
    public void OpenAI_charges_for_audio_by_itself()
    {
        var usage = Answered.Whole(Answered.Chat(), """
            {"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"audio":{"id":"a","data":"AAAA","transcript":"Hi"}},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":110,"completion_tokens":230,"total_tokens":340,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":60,"text_tokens":50,"image_tokens":0},
                      "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":200,"text_tokens":30}}}
            """);
        // Text 50 × 2.5 $, audio 60 × 32 $; text 30 × 10 $, audio 200 × 64 $ a million.
        Check(125_000_000L + 1_920_000_000 + 300_000_000 + 12_800_000_000, OpenAI, "gpt-audio-2025-08-28", usage);
    }

    [Fact]
    public void Responses_charges_for_cache_writes_and_searches()
    {
        const string response = """
            {"id":"resp_1","object":"response","status":"completed","service_tier":"default","model":"gpt-5.6-sol","output":[
              {"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"weather"}},
              {"id":"ws_2","type":"web_search_call","status":"completed","action":{"type":"open_page","url":"https://example.com"}},
              {"id":"ws_3","type":"web_search_call","status":"completed"},
              {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"No \"web_search_call\" here.","annotations":[]}]}],
             "usage":{"input_tokens":5000,"input_tokens_details":{"cached_tokens":3000,"cache_write_tokens":1500},"output_tokens":400,"output_tokens_details":{"reasoning_tokens":250},"total_tokens":5400}}
            """;
        // 500 × 4 $, cached 3,000 × 0.4 $, written 1,500 × 5 $, 400 × 20 $ a million; two searches at 0.01 $.
        const long expected = 2_000_000_000L + 1_200_000_000 + 7_500_000_000 + 8_000_000_000 + 20_000_000_000;
        Check(expected, OpenAI, "gpt-5.6-sol", Answered.Whole(Answered.Responses(), response));
        var finished = response.ReplaceLineEndings("");
        var streamed = Answered.Streamed(Answered.Responses(), $$"""
            {"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[],"service_tier":"auto","usage":null} }
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]} }
            {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"No"}
            {"type":"response.completed","response":{{finished}} }
            """);
        Check(expected, OpenAI, "gpt-5.6-sol", streamed);
    }

    [Theory]
    [InlineData(272_000, "default", (272_000L * 4_000_000) + 20_000_000)]
    [InlineData(272_001, "default", (272_001L * 8_000_000) + 30_000_000)]
    [InlineData(272_001, "priority", (272_001L * 16_000_000) + 60_000_000)]
    [InlineData(272_001, "flex", (272_001L * 4_000_000) + 15_000_000)]
    public void A_long_prompt_costs_more_as_a_whole(int input, string tier, long expected)
    {
        var usage = Answered.Whole(Answered.Responses(), $$"""
            {"id":"resp_1","status":"completed","output":[],"usage":{"input_tokens":{{input}},"output_tokens":1},"service_tier":"{{tier}}"}
            """);
        Check(expected, OpenAI, "gpt-5.6-sol", usage);
    }

    [Fact]
    public void Azure_sends_the_members_in_alphabetic_order()
    {
        var usage = Answered.Streamed(Answered.Chat(), """
            {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}
            {"choices":[{"content_filter_results":{},"delta":{"content":"Hi"},"finish_reason":"stop","index":0}],"created":1,"id":"chatcmpl-1","model":"o4-mini-2025-04-16","object":"chat.completion.chunk"}
            {"choices":[],"created":1,"id":"chatcmpl-1","model":"o4-mini-2025-04-16","object":"chat.completion.chunk","usage":{"completion_tokens":87,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":64,"rejected_prediction_tokens":0},"prompt_tokens":1200,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":1024},"total_tokens":1287}}
            [DONE]
            """);
        // 176 × 1.1 $, cached 1,024 × 0.28 $, 87 × 4.4 $ a million.
        Check(193_600_000 + 286_720_000 + 382_800_000, Azure, "o4-mini-2025-04-16", usage);
    }

    [Fact]
    public void Mistral_reports_the_tier_with_the_counts()
    {
        var usage = Answered.Streamed(Answered.Chat(), """
            {"id":"a","object":"chat.completion.chunk","created":1,"model":"mistral-small-2603","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}],"p":"abcdef"}
            {"id":"a","object":"chat.completion.chunk","created":1,"model":"mistral-small-2603","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"total_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":640},"service_tier":"standard"},"p":"ab"}
            [DONE]
            """);
        // 260 × 0.15 $, cached 640 × 0.015 $, 100 × 0.6 $ a million.
        Check(39_000_000 + 9_600_000 + 60_000_000, Mistral, "mistral-small-2603", usage);
        var batch = Answered.Whole(Answered.Chat(), """
            {"id":"a","model":"mistral-small-2603","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"total_tokens":1000,"completion_tokens":100,"num_cached_tokens":640,"service_tier":"batch"}}
            """);
        Check(19_500_000 + 4_800_000 + 30_000_000, Mistral, "mistral-small-2603", batch);
    }

    [Fact]
    public void Anthropic_reports_the_cache_beside_the_input_and_writes_by_lifetime()
    {
        const string counts = """
            "input_tokens":21,"cache_creation_input_tokens":3556,"cache_read_input_tokens":10000,"cache_creation":{"ephemeral_5m_input_tokens":556,"ephemeral_1h_input_tokens":3000},"service_tier":"standard","inference_geo":"global"
            """;
        // 21 × 5 $, read 10,000 × 0.5 $, written 556 × 6.25 $ and 3,000 × 10 $, 700 × 25 $ a million; one search at 0.01 $.
        const long expected = 105_000_000 + 5_000_000_000 + 3_475_000_000 + 30_000_000_000 + 17_500_000_000 + 10_000_000_000;
        var whole = Answered.Whole(Answered.Anthropic(), $$"""
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","stop_sequence":null,
             "usage":{ {{counts}},"output_tokens":700,"output_tokens_details":{"thinking_tokens":500},"server_tool_use":{"web_search_requests":1,"web_fetch_requests":2} } }
            """);
        Check(expected, Anthropic, "claude-opus-5", whole);
        var streamed = Answered.Streamed(Answered.Anthropic(), $$"""
            {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5","content":[],"stop_reason":null,"usage":{ {{counts}},"output_tokens":1 } } }
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""} }
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"} }
            {"type":"content_block_stop","index":0}
            {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":21,"cache_creation_input_tokens":3556,"cache_read_input_tokens":10000,"output_tokens":700,"output_tokens_details":{"thinking_tokens":500},"server_tool_use":{"web_search_requests":1,"web_fetch_requests":2} } }
            {"type":"message_stop"}
            """);
        Check(expected, Anthropic, "claude-opus-5", streamed);
        Assert.Equal(whole, streamed);
    }

    [Theory]
    [InlineData("""
        "service_tier":"standard"
        """, 1000L * 5_000_000)]
    [InlineData("""
        "service_tier":"batch"
        """, 1000L * 2_500_000)]
    [InlineData("""
        "service_tier":"priority"
        """, null)]
    [InlineData("""
        "service_tier":"standard","speed":"fast"
        """, 1000L * 10_000_000)]
    [InlineData("""
        "speed":"standard"
        """, 1000L * 5_000_000)]
    [InlineData("""
        "inference_geo":"us"
        """, 1000L * 5_500_000)]
    [InlineData("""
        "inference_geo":"not_available","service_tier":null
        """, 1000L * 5_000_000)]
    [InlineData("""
        "inference_geo":"mars"
        """, null)]
    [InlineData("""
        "inference_geo":"eu"
        """, null)]
    public void Anthropic_has_prices_by_tier_speed_and_place(string more, long? expected)
    {
        var usage = Answered.Whole(Answered.Anthropic(), $$"""
            {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1000,"output_tokens":0,{{more}} } }
            """);
        Check(expected, Anthropic, "claude-opus-5", usage);
    }

    [Fact]
    public void Anthropic_reports_a_compaction_beside_the_other_counts()
    {
        var usage = Answered.Whole(Answered.Anthropic(), """
            {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",
             "usage":{"input_tokens":100,"output_tokens":10,"service_tier":"standard","iterations":[
               {"input_tokens":2000,"output_tokens":300,"cache_read_input_tokens":50,"type":"compaction"},
               {"type":"message","input_tokens":100,"output_tokens":10}, 7]}}
            """);
        // 100 + 2,000 × 5 $, read 50 × 0.5 $, 10 + 300 × 25 $ a million.
        Check((2100L * 5_000_000) + 25_000_000 + (310L * 25_000_000), Anthropic, "claude-opus-5", usage);
    }

    [Fact]
    public void Anthropic_may_report_only_the_parts_of_what_was_written()
    {
        var usage = Answered.Whole(Answered.Anthropic(), """
            {"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",
             "usage":{"input_tokens":0,"output_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200}}}
            """);
        Check((100L * 6_250_000) + (200L * 10_000_000), Anthropic, "claude-opus-5", usage);
    }

    [Fact]
    public void Gemini_reports_thoughts_and_the_prompts_of_tools_beside_the_rest()
    {
        const string counts = """
            "usageMetadata": {"promptTokenCount": 5000,"candidatesTokenCount": 120,"totalTokenCount": 6220,"cachedContentTokenCount": 3000,
              "promptTokensDetails": [{"modality": "TEXT","tokenCount": 3900},{"modality": "AUDIO","tokenCount": 1000},{"modality": "IMAGE","tokenCount": 100}],
              "cacheTokensDetails": [{"tokenCount": 400,"modality": "AUDIO"},{"modality": "TEXT","tokenCount": 2600}],
              "toolUsePromptTokenCount": 300,"thoughtsTokenCount": 800,"serviceTier": "standard"}
            """;
        // Text and images 5,000 − 3,000 − 600 + 300 = 1,700 × 0.3 $; audio 600 × 1 $; cached 2,600 × 0.03 $ and audio 400 × 0.1 $;
        // 120 + 800 × 2.5 $ a million.
        const long expected = 510_000_000 + 600_000_000 + 78_000_000 + 40_000_000 + 2_300_000_000;
        var whole = Answered.Whole(Answered.Gemini(), $$"""
            {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],{{counts}},"modelVersion":"gemini-2.5-flash","responseId":"r"}
            """);
        Check(expected, Gemini, "gemini-2.5-flash", whole);
        var last = counts.ReplaceLineEndings("");
        var streamed = Answered.Streamed(Answered.Gemini(), $$"""
            {"candidates":[{"content":{"parts":[{"text":"H"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":5000,"totalTokenCount":5000},"responseId":"r"}
            {"candidates":[{"content":{"parts":[{"text":"i"}],"role":"model"},"finishReason":"STOP","index":0}],{{last}},"responseId":"r"}
            """);
        Check(expected, Gemini, "gemini-2.5-flash", streamed);
    }

    [Fact]
    public void Gemini_repeats_the_counts_in_every_chunk_of_a_stream()
    {
        static string Chunk(int output, int audio, string text, string tier, string end = "") => $$"""
            {"candidates":[{"content":{"parts":[{"text":"{{text}}"}],"role":"model"}{{end}},"index":0}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":{{output}},"totalTokenCount":{{1000 + output}},"promptTokensDetails":[{"modality":"TEXT","tokenCount":{{1000 - audio}}},{"modality":"AUDIO","tokenCount":{{audio}}}],"serviceTier":"{{tier}}"},"responseId":"r"}
            """;
        string[] chunks = [Chunk(1, 10, "a", "batch"), Chunk(2, 11, "b", "batch"), Chunk(3, 12, "c", "batch")];
        var usage = Answered.Streamed(Answered.Gemini(), string.Join('\n', chunks) + "\n" + """
            {"candidates":[{"content":{"parts":[]},"finishReason":"STOP","index":0}],"responseId":"r"}
            """);
        Assert.Equal((12, 3, ServiceTier.Batch), (usage.AudioInput, usage.OutputTotal, usage.Tier));
        // Half of: text 988 × 0.3 $, audio 12 × 1 $, 3 × 2.5 $ a million.
        Check((988L * 150_000) + (12L * 500_000) + (3L * 1_250_000), Gemini, "gemini-2.5-flash", usage);
        var changed = Answered.Streamed(Answered.Gemini(), string.Join('\n', chunks) + "\n" + Chunk(4, 12, "d", "standard", ""","finishReason":"STOP" """));
        Assert.Equal((4, ServiceTier.Standard), (changed.OutputTotal, changed.Tier));
    }

    [Fact]
    public void Gemini_charges_for_generated_images_and_long_prompts()
    {
        var image = Answered.Whole(Answered.Gemini(), """
            {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1300,"totalTokenCount":1310,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}
            """);
        // 10 × 0.3 $, text 10 × 2.5 $, image 1,290 × 30 $ a million.
        Check(3_000_000 + 25_000_000 + 38_700_000_000, Gemini, "gemini-2.5-flash-image", image);
        var longer = Answered.Whole(Answered.Gemini(), """
            {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":200001,"cachedContentTokenCount":200000,"thoughtsTokenCount":2}}
            """);
        Check(2_500_000 + (200_000L * 250_000) + (2 * 15_000_000), Gemini, "gemini-2.5-pro", longer);
        var spoken = Answered.Whole(Answered.Gemini(), """
            {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":50,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":40}],"trafficType":"PROVISIONED_THROUGHPUT"}}
            """);
        Assert.Equal((40, ServiceTier.Unlisted), (spoken.AudioOutput, spoken.Tier));
        Check(null, Gemini, "gemini-2.5-pro", spoken);
    }

    [Fact]
    public void XAI_reports_reasoning_beside_the_completion()
    {
        var usage = Answered.Whole(Answered.Chat(), """
            {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":670,"completion_tokens":25,"total_tokens":739,"prompt_tokens_details":{"text_tokens":670,"audio_tokens":0,"image_tokens":0,"cached_tokens":618},"completion_tokens_details":{"reasoning_tokens":44},"num_sources_used":0}}
            """);
        Assert.Equal((69, 44), (usage.OutputTotal, usage.Reasoning));
        var included = Answered.Whole(Answered.Chat(), """
            {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":670,"completion_tokens":69,"total_tokens":739,"completion_tokens_details":{"reasoning_tokens":44}}}
            """);
        Assert.Equal((69, 44), (included.OutputTotal, included.Reasoning));
        var book = new PriceBook(new PriceSettings { List = Priced.List("""
            { "provider": "grok", "model": "grok-4*", "input": 3, "cacheRead": 0.75, "output": 15 }
            """) }, []);
        // 52 × 3 $, cached 618 × 0.75 $, 69 × 15 $ a million.
        Assert.Equal(156_000_000 + 463_500_000 + 1_035_000_000, book.CostOf(Priced.Provider("openai", "https://api.x.ai/v1/", "grok"), "grok-4-fast", "x", usage, Priced.Today));
    }

    [Fact]
    public void Grok_at_Azure_reports_a_prompt_without_what_was_cached()
    {
        var usage = Answered.Whole(Answered.Chat(), """
            {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":213,"total_tokens":223,"prompt_tokens_details":{"cached_tokens":161,"text_tokens":10}}}
            """);
        Assert.Equal((171, 161, 213), (usage.InputTotal, usage.CacheRead, usage.OutputTotal));
    }

    [Theory]
    [InlineData("""
        "prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,"prompt_tokens_details":{"cached_tokens":64}
        """, 64, 0, 0)]
    [InlineData("""
        "prompt_tokens_details":{"cached_tokens":64},"cached_tokens":0
        """, 64, 0, 0)]
    [InlineData("""
        "cached_tokens":64
        """, 64, 0, 0)]
    [InlineData("""
        "cache_read_input_tokens":30,"cache_creation_input_tokens":20
        """, 30, 20, 0)]
    [InlineData("""
        "cache_creation_input_tokens":20,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":0,"audio_tokens":0,"video_tokens":0},"cost":0.01
        """, 30, 20, 0)]
    [InlineData("""
        "num_search_queries":3,"prompt_tokens_details":null
        """, 0, 0, 3)]
    [InlineData("""
        "server_tool_use":{"web_search_requests":2,"other":1}
        """, 0, 0, 2)]
    public void Compatible_servers_have_other_words(string more, int cacheRead, int cacheWrite, int searches)
    {
        var usage = Answered.Whole(Answered.Chat(), $$"""
            {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":5,{{more}} } }
            """);
        Assert.Equal(new Usage(100, 5, cacheRead, cacheWrite) { Searches = searches }, usage);
    }

    [Fact]
    public void Cached_audio_is_not_audio_in_the_prompt_too()
    {
        var usage = Answered.Whole(Answered.Chat(), """
            {"id":"a","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":1000,"completion_tokens":70,"prompt_tokens_details":{"cached_tokens":500,"audio_tokens":300,"image_tokens":40,"cached_tokens_details":{"text_tokens":400,"audio_tokens":100}},"completion_tokens_details":{"image_tokens":60}}}
            """);
        Assert.Equal(new Usage(1000, 70, 500) { AudioInput = 200, AudioCacheRead = 100, ImageInput = 40, ImageOutput = 60 }, usage);
    }

    [Fact]
    public void Embeddings_have_no_output()
    {
        var list = EmbeddingList.Read(Encoding.UTF8.GetBytes("""
            {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}
            """));
        Check(8 * 20_000, OpenAI, "text-embedding-3-small", list.Usage);
    }

    private static void Check(long? expected, ProviderSettings provider, string model, Usage usage)
    {
        Assert.Equal(UsageOrigin.Reported, usage.Origin);
        Assert.Equal(expected, new PriceBook(PriceSettings.Default, []).CostOf(provider, model, "published", usage, Priced.Today));
    }
}
