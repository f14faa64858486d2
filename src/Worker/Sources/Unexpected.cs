using System.Diagnostics;
using CrmSync.Domain.Harvest;
using CrmSync.Storage;

namespace CrmSync.Worker.Sources;

/// <summary>
/// What nobody expected to be thrown while something of one account was read: it is that account's trouble, is told in words, and ends
/// nothing else.
/// </summary>
internal static class Unexpected
{
    /// <summary>
    /// Whether a failure is one that stays with what was being done: not the wish to stop, and not a database that nobody can use.
    /// </summary>
    public static bool IsContained(Exception failure, CancellationToken ct) =>
        failure is not (DatabaseUnusableException or SourceException)
        && !ContactDatabase.IsUnusable(failure)
        && !(failure is OperationCanceledException && ct.IsCancellationRequested);

    /// <summary>The trouble in words. The exception's own message is not among them: it may quote what a mail says.</summary>
    /// <param name="place">What was being read.</param>
    /// <param name="failure">What was thrown.</param>
    public static Trouble TroubleFrom(string place, Exception failure) =>
        new(
            place,
            $"the program met something it does not know ({Name(failure)})",
            "everything else goes on; it is tried again by itself. Please report it");

    /// <summary>The kind of an exception and where in this program it came from.</summary>
    public static string Name(Exception failure)
    {
        var method = new StackTrace(failure, fNeedFileInfo: false).GetFrames().Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.Namespace?.StartsWith(nameof(CrmSync), StringComparison.Ordinal) == true);
        if (method?.DeclaringType is not { } type)
            return failure.GetType().Name;

        // What the compiler makes of an async method or a lambda is a type or method inside of it, named after it: <Read>d__7.
        var name =
            method.Name.StartsWith('<') ? Inside(method.Name)
            : type.Name.StartsWith('<') && type.DeclaringType is not null ? Inside(type.Name)
            : method.Name;
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer)
            type = outer;

        return $"{failure.GetType().Name} in {type.Name}.{name}";
    }

    private static string Inside(string made) => made.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? made[1..end] : made;
}
