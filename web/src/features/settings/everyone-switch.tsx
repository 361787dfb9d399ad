import { CheckField } from '@/components/checkbox';
import { usePermission } from '@/hooks/use-current-user';

interface EveryoneSwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** A switch for administrators: those of all users, and not only their own. */
export function EveryoneSwitch({ checked, onChange }: EveryoneSwitchProps) {
  const admin = usePermission('admin');
  return admin && <CheckField label="All users" checked={checked} onChange={onChange} />;
}
