using System.Runtime.InteropServices;

namespace CrmSync.Mail.Mime;

/// <summary>A stretch of a text.</summary>
/// <param name="Start">The first character.</param>
/// <param name="End">The one behind the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextSpan(int Start, int End);
