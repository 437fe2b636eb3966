namespace Dragoman.Locales;

/// <summary>What a client reads about a member that only a provider of its API's own family understands.</summary>
public static class FamilyText
{
    public static Wording NotHere(string field, Wording what) => new("family.notHere", ("field", field), ("what", what));

    public static Wording NotHereBut(string field, Wording what, Wording instead) =>
        new("family.notHereBut", ("field", field), ("what", what), ("instead", instead));

    public static Wording IsFileAtAnthropic => new("family.isFileAtAnthropic");

    public static Wording IsBlock(string type) => new("family.isBlock", ("type", type));

    public static Wording IsTool(string type) => new("family.isTool", ("type", type));

    public static Wording IsSandbox => new("family.isSandbox");

    public static Wording AreCalledThere => new("family.areCalledThere");

    public static Wording ChoosesPlace => new("family.choosesPlace");

    public static Wording IsDoneThere => new("family.isDoneThere");

    public static Wording CachesPrompt => new("family.cachesPrompt");

    public static Wording SendAsBase64(string what) => new("family.sendAsBase64", ("what", what));

    public static Wording DescribeTool => new("family.describeTool");

    public static Wording CallInClient => new("family.callInClient");

    public static Wording MustBeAtLeastOne => new("family.mustBeAtLeastOne");

    public static Wording OnlyClearingEdits => new("family.onlyClearingEdits");

    public static Wording WebSearch => new("family.webSearch");

    public static Wording FileAtOpenAI(string field) => new("family.fileAtOpenAI", ("field", field));

    public static Wording OlderCall(string field) => new("family.olderCall", ("field", field));

    public static Wording KeptAnswer(string field) => new("family.keptAnswer", ("field", field));

    public static Wording KeptItem(string field) => new("family.keptItem", ("field", field));

    public static Wording OnlyOpenAIReads(string field, string type) => new("family.onlyOpenAIReads", ("field", field), ("type", type));

    public static Wording FileOfItem(string field) => new("family.fileOfItem", ("field", field));

    public static Wording ToolOfOpenAI(string field, string type) => new("family.toolOfOpenAI", ("field", field), ("type", type));

    public static Wording ChoosesToolOfOpenAI(string field) => new("family.choosesToolOfOpenAI", ("field", field));

    public static Wording NoConversations => new("family.noConversations");

    public static Wording NoBackground => new("family.noBackground");

    public static Wording NoTemplates => new("family.noTemplates");

    public static Wording NoContextManagement => new("family.noContextManagement");
}
