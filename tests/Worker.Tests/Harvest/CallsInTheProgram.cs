using System.Reflection;
using System.Reflection.Emit;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>Finds in the compiled program who calls what.</summary>
internal static class CallsInTheProgram
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value);

    /// <summary>
    /// Every call of one of the methods, as <c>Caller.Method -> Callee.Method</c>; what the compiler makes of async methods, iterators and
    /// lambdas counts as the method it was made of.
    /// </summary>
    /// <param name="assembly">The program.</param>
    /// <param name="isWanted">Whether calls of a method are looked for.</param>
    public static IReadOnlySet<string> Find(Assembly assembly, Func<MethodBase, bool> isWanted)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes())
        {
            foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                foreach (var callee in CalledBy(method).Where(isWanted))
                    found.Add($"{Written(method)} -> {callee.DeclaringType!.Name}.{callee.Name}");
            }
        }

        return found;
    }

    private static IEnumerable<MethodBase> CalledBy(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
            yield break;

        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? Codes[(short)(0xFE00 | il[at + 1])] : Codes[il[at]];
            at += code.Size;
            if (code.OperandType == OperandType.InlineMethod && Resolve(method, BitConverter.ToInt32(il, at)) is { } callee)
                yield return callee;

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        var ofType = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        return method.Module.ResolveMethod(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
    }

    private static string Written(MethodBase method)
    {
        var type = method.DeclaringType!;
        var name = method.Name;
        for (; type.IsNested && (type.Name.StartsWith('<') || name.StartsWith('<')); type = type.DeclaringType!)
        {
            if (!name.StartsWith('<') && type.Name.StartsWith('<') && type.Name[1] != '>')
                name = type.Name;
            if (!type.Name.StartsWith('<'))
                break;
        }

        name = name.TrimStart('<');
        if (name.IndexOf('>', StringComparison.Ordinal) is > 0 and var end)
            name = name[..end];

        return $"{type.Name}.{name}";
    }
}
