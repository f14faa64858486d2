using System.CommandLine;

namespace CrmSync.Worker.Cli;

/// <summary>Something <c>init</c> has to know, as an option and as a question.</summary>
/// <param name="name">Of the option.</param>
/// <param name="helpName">What the help calls its value.</param>
/// <param name="description">Of the option, a sentence.</param>
/// <param name="words">The question, without its mark.</param>
/// <param name="example">An answer.</param>
/// <param name="whyNot">What is wrong with an answer, in words; null when nothing is.</param>
internal sealed class StarterQuestion(
    string name, string helpName, string description, string words, string example, Func<string, string?> whyNot)
{
    public Option<string?> Option { get; } = new(name) { Description = description, HelpName = helpName };

    public string Words => words;

    public string Example => example;

    public string? WhyNot(string answer) => whyNot(answer);
}
