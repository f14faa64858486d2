using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CrmSync.Worker.Tests.House;

/// <summary>Which namespaces of an assembly use which others of it, read from the compiled code.</summary>
internal sealed class NamespaceGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> uses = new(StringComparer.Ordinal);

    /// <summary>Reads an assembly; what compilers and other assemblies add does not count.</summary>
    public static NamespaceGraph Read(Assembly assembly)
    {
        var graph = new NamespaceGraph();
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        foreach (var type in module.GetTypes())
        {
            foreach (var used in Used(type))
                graph.Add(module, type, used);
        }

        return graph;
    }

    /// <summary>Each pair of namespaces that reach each other, with a type of either that uses the other's side.</summary>
    public IEnumerable<string> Circles() =>
        from one in uses
        from other in one.Value
        where Reaches(other.Key, one.Key)
        select $"{one.Key} -> {other.Key}: {other.Value}";

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var at))
        {
            if (at == to)
                return true;

            foreach (var next in uses.GetValueOrDefault(at)?.Keys ?? Enumerable.Empty<string>())
            {
                if (seen.Add(next))
                    open.Push(next);
            }
        }

        return false;
    }

    private void Add(ModuleDefinition module, TypeDefinition user, TypeReference used)
    {
        var (from, to) = (Namespace(user), Namespace(used));
        if (from == to || used is GenericParameter || !ReferenceEquals(used.Scope, module) || !IsOurs(from) || !IsOurs(to))
            return;

        if (!uses.TryGetValue(from, out var targets))
            uses[from] = targets = new SortedDictionary<string, string>(StringComparer.Ordinal);

        targets.TryAdd(to, $"{user.FullName} uses {used.Name}");
    }

    private static bool IsOurs(string name) => name.StartsWith("CrmSync.", StringComparison.Ordinal);

    private static string Namespace(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;

        return type.Namespace;
    }

    private static IEnumerable<TypeReference> Used(TypeDefinition type) =>
        Direct(type).SelectMany(Parts);

    private static IEnumerable<TypeReference> Direct(TypeDefinition type)
    {
        if (type.BaseType is { } parent)
            yield return parent;

        foreach (var one in type.Interfaces)
            yield return one.InterfaceType;

        foreach (var field in type.Fields)
            yield return field.FieldType;

        foreach (var method in type.Methods)
        {
            yield return method.ReturnType;
            foreach (var parameter in method.Parameters)
                yield return parameter.ParameterType;

            if (!method.HasBody)
                continue;

            foreach (var handler in method.Body.ExceptionHandlers)
            {
                if (handler.CatchType is { } caught)
                    yield return caught;
            }

            foreach (var local in method.Body.Variables)
                yield return local.VariableType;

            foreach (var instruction in method.Body.Instructions)
            {
                foreach (var used in Operand(instruction))
                    yield return used;
            }
        }
    }

    /// <summary>A call uses what it passes and what it gets, too: a constant of an enumeration leaves no other trace.</summary>
    private static IEnumerable<TypeReference> Operand(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [.. Signature(method), .. method.GenericArguments],
        MethodReference method => Signature(method),
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Signature(MethodReference method) =>
        [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
